//! Where a review came from (评价来源).

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// By which way a review was given (评价渠道, GB/T 39046).
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
#[schema(example = "qr_code")]
pub enum ReviewChannel {
    /// PC端: the portal in a browser.
    Portal,
    /// 移动服务端
    Mobile,
    /// 二维码: the code on the receipt or at the window, on the applicant's own device.
    QrCode,
    /// 政务大厅平板电脑
    Tablet,
    /// 政务大厅其他终端
    Kiosk,
    /// 电话
    Telephone,
    /// 短信
    TextMessage,
    /// 其他系统: pushed by another system that did not say by which way.
    Other,
}

impl ReviewChannel {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Portal,
        Self::Mobile,
        Self::QrCode,
        Self::Tablet,
        Self::Kiosk,
        Self::Telephone,
        Self::TextMessage,
        Self::Other,
    ];

    /// Its stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Portal => "portal",
            Self::Mobile => "mobile",
            Self::QrCode => "qr_code",
            Self::Tablet => "tablet",
            Self::Kiosk => "kiosk",
            Self::Telephone => "telephone",
            Self::TextMessage => "text_message",
            Self::Other => "other",
        }
    }
}

/// What is known of where a review came from. Of device and network only keyed hashes are kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReviewSource {
    /// By which way.
    pub channel: ReviewChannel,
    /// Keyed hash of the device (设备标识).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(examples("66c7f0f462eeedd9d1f2d46bdc10e4e2"))]
    pub device: Option<String>,
    /// Keyed hash of the network address (网络地址).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(examples("4167c4875cf2f7a2297da02b8f4ba8e0"))]
    pub network: Option<String>,
    /// Window that served (窗口编号).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(examples("A03"))]
    pub window: Option<String>,
    /// Account of the officer reviewed (被评价人员).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(examples("6f3c2a18-9d4e-5b7a-8c21-1e0f9a8b7c6d"))]
    pub officer: Option<String>,
}
