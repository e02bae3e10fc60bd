//! How somebody who may not sign in is answered.

use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use tongban_kernel::{Fault, FaultKind};
use tongban_web::Problem;

use crate::app::authenticate::Refusal;

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let seconds = match self {
            Self::Fault(fault) => return Problem::from(fault).into_response(),
            Self::Locked(seconds) => seconds,
        };
        let minutes = seconds.div_euclid(60) + 1;
        let title = "连续登录失败次数过多，已暂时锁定，请稍后再试";
        let fault = Fault::new(FaultKind::TooMany, "too_many_failures", title)
            .with_detail(format!("约 {minutes} 分钟后可再次尝试"));
        let mut response = Problem::from(fault).into_response();
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        response
    }
}
