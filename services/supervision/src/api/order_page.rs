//! The order as a page (检查任务通知书): plain HTML without scripts, to be printed or shown on a telephone.

use qrcode::render::svg;
use qrcode::types::QrError;
use qrcode::{EcLevel, QrCode};

use super::inspection_view::qr_text;
use crate::domain::inspection::Inspection;

/// The page.
///
/// # Errors
/// When the text of the code is too long for one.
pub fn page(visit: &Inspection) -> Result<String, QrError> {
    let text = qr_text(visit);
    let code = QrCode::with_error_correction_level(&text, EcLevel::M)?;
    let image = code.render::<svg::Color<'_>>().min_dimensions(200, 200).build();
    // What the renderer puts before it belongs to a file of its own, not into a page.
    let image = image.find("<svg").and_then(|at| image.get(at..)).unwrap_or_default();
    let order = &visit.order;
    let mut parts = String::new();
    for part in &order.parts {
        let lead = if part.lead { "（牵头）" } else { "" };
        let matters: Vec<&str> = part.matters.iter().map(|one| one.name.as_str()).collect();
        let inspectors = part.inspectors.iter();
        let inspectors: Vec<String> =
            inspectors.map(|one| format!("{}（执法证号 {}）", one.name, one.certificate)).collect();
        parts.push_str(&format!(
            "<tr><td>{}{lead}</td><td>{}</td><td>{}</td></tr>\n",
            escaped(&part.body_name),
            escaped(&matters.join("；")),
            escaped(&inspectors.join("、")),
        ));
    }
    let object = &order.object;
    Ok(format!(
        "<!doctype html>\n<html lang=\"zh-CN\">\n<head><meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n<title>检查任务通知书 {number}</title>\n\
         <style>body{{max-width:50rem;margin:2rem auto;padding:0 1rem;font-family:serif}}\
         table{{border-collapse:collapse;width:100%}}td,th{{border:1px solid;padding:.4rem;\
         text-align:left;vertical-align:top}}h1{{text-align:center}}</style>\n</head>\n<body>\n\
         <h1>检查任务通知书</h1>\n<p>编号：{number}</p>\n\
         <p>{name}：</p>\n<p>根据“{task}”，定于 {from} 至 {until} 对你单位（{address}）开展现场检查。\
         检查人员到场应当出示执法证件或者本通知书；未出示的，你单位有权拒绝检查。</p>\n\
         <table>\n<tr><th>检查单位</th><th>抽查事项</th><th>检查人员</th></tr>\n{parts}</table>\n\
         <p>查验码：{code}。扫描二维码，或者凭编号和查验码，任何人都可以查验本通知书的真伪。</p>\n\
         {image}\n</body>\n</html>\n",
        number = escaped(&order.number),
        name = escaped(&object.name),
        task = escaped(&order.task_name),
        from = order.from,
        until = order.until,
        address = escaped(&object.address),
        code = escaped(&order.check_code),
    ))
}

/// Text that cannot become markup.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for one in text.chars() {
        match one {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            one => safe.push(one),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_does_not_become_markup() {
        let tricky = "<b>\"A&B\"'</b>";
        assert_eq!(escaped(tricky), "&lt;b&gt;&quot;A&amp;B&quot;&#39;&lt;/b&gt;");
    }
}
