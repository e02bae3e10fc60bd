//! `tongban openapi`: the documents, generated from the code.

use std::process::ExitCode;

use super::Done;
use crate::options::OpenapiOptions;
use crate::{asyncapi, services};

/// Writes one document per service, and the one of the events.
pub fn run(options: &OpenapiOptions) -> Done {
    std::fs::create_dir_all(&options.out)?;
    for service in services::all() {
        let file = options.out.join(format!("{}.json", service.info().name));
        std::fs::write(file, tongban_runtime::document(service.as_ref()).to_pretty_json()? + "\n")?;
    }
    let events = serde_json::to_string_pretty(&asyncapi::document())? + "\n";
    // JSON is YAML; one writer serves both names.
    std::fs::write(options.out.join("asyncapi.yaml"), events)?;
    Ok(ExitCode::SUCCESS)
}
