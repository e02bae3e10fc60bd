//! What the data-sharing exchange tells the others (政务数据共享交换).

pub mod call;
pub mod calling;
pub mod correction;
pub mod grant;
pub mod objection;
pub mod request;
pub mod resource;

pub use call::{CallCase, CallEvent, CallGround, CallSubject, DataCall, DataGiven};
pub use calling::{CallingSystem, CallingSystemEvent, SigningScheme};
pub use correction::{CorrectionEvent, CorrectionReport};
pub use grant::{GrantEnd, GrantEvent, GrantTerms, GrantedItem};
pub use objection::{
    ObjectedReading, ObjectionEvent, ObjectionRaised, ObjectionStep, ReadingFinding, ReadingMeasure,
};
pub use request::{DataRequestEvent, DataUse, ItemAnswer, RequestFiled, RequestStep, Verdict};
pub use resource::{
    Adaptor, DataItem, DataResource, Delivery, DeliveryKind, ItemKind, LegalText, Masking, Purpose,
    QualityFigures, ResourceEvent, SharingKind, UpdateCycle,
};
