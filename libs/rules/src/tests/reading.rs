//! What lawyers read.

use super::*;

#[test]
fn the_sample_is_written_out() {
    assert_eq!(
        rules(&set(&elders())).readings(),
        [
            "自【出生日期】至【申请日】的周岁数不小于60",
            "【户籍地行政区划代码】以“46”开头，并且【户籍状态】等于“正常”（1）",
            "查无【已有优待证的有效期截止日】，或者【已有优待证的有效期截止日】早于【申请日】",
            "（10除以（只取整数）【共同居住人数】）不小于1",
        ]
    );
}

/// What binds how must not be lost between the lines.
#[test]
fn brackets_stay_where_they_change_something() {
    for (expression, reading) in [
        (
            "household > 1 && (household < 3 || status == '2')",
            "【共同居住人数】大于1，并且（【共同居住人数】小于3，或者【户籍状态】等于“注销”（2））",
        ),
        (
            "household > 1 && household < 3 || status == '2'",
            "（【共同居住人数】大于1，并且【共同居住人数】小于3），或者【户籍状态】等于“注销”（2）",
        ),
        (
            "!(household > 1 && known(status))",
            "并非（【共同居住人数】大于1，并且查有【户籍状态】）",
        ),
        ("household - (household - 1) == 1", "（【共同居住人数】减（【共同居住人数】减1））等于1"),
        (
            "status in ['1', '2'] ? birth_date > date('1966-01-01') : household != 0",
            "如果（【户籍状态】属于〔“正常”（1）、“注销”（2）〕之一），则（【出生日期】晚于1966-01-01），\
             否则（【共同居住人数】不等于0）",
        ),
        ("birth_date <= submitted_on", "【出生日期】不晚于【申请日】"),
        ("birth_date >= submitted_on", "【出生日期】不早于【申请日】"),
        ("household <= -5", "【共同居住人数】不大于-5"),
    ] {
        let mut set = with(expression);
        set.inputs.retain(|input| expression.contains(&input.name));
        assert_eq!(rules(&set).readings(), [reading], "{expression}");
    }
}
