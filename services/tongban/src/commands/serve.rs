//! `tongban serve`: the services themselves.

use std::path::Path;
use std::process::ExitCode;

use tokio::signal::unix::{SignalKind, signal};
use tongban_runtime::{Ambient, Process, Settings};

use super::Done;
use crate::options::ServeOptions;
use crate::services;

/// Serves until a signal asks to stop.
pub async fn run(options: &ServeOptions) -> Done {
    let settings = options.settings.read()?;
    let telemetry = tongban_telemetry::set_up(
        &name(&settings),
        settings.log_format,
        settings.otlp_endpoint.as_deref(),
    )?;
    let ambient = Ambient { metrics: Some(telemetry.metrics()), ..Ambient::default() };
    // Both are listened for before anything starts, so that no signal is missed.
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;

    let services = services::all();
    if options.load {
        let data = settings.data.clone();
        for line in tongban_runtime::load(settings.clone(), &services, &data, &ambient).await? {
            println!("{line}");
        }
    }
    let process = Process::start(settings.clone(), &services, ambient).await?;
    let base = format!("http://{}", process.address());
    // Processes of a mesh may share the directory; only a whole city has one address.
    let address = settings.services.is_empty().then(|| settings.data_dir.join("address"));
    if let Some(file) = &address {
        std::fs::write(file, format!("{base}\n"))?;
    }
    if options.load {
        println!("{}", welcome(&base, &settings.data_dir));
    }
    tracing::info!(address = %process.address(), "serving");
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
    tracing::info!("stopping");
    if let Some(file) = address {
        let _ = std::fs::remove_file(file);
    }
    process.stop().await;
    // The exporter of traces blocks while it sends the last ones.
    tokio::task::spawn_blocking(move || telemetry.shut_down()).await?;
    Ok(ExitCode::SUCCESS)
}

/// Name of the process in traces: the service when it runs one.
fn name(settings: &Settings) -> String {
    match settings.services.as_slice() {
        [] => "tongban".to_owned(),
        services => format!("tongban-{}", services.join("-")),
    }
}

/// What a newcomer needs to know, and nothing more.
fn welcome(base: &str, data_dir: &Path) -> String {
    format!(
        "\n通办 Tongban is ready: {base}\n\
         \n  接口文档 API pages      {base}/docs/\n  \
         示例账号 accounts       {} (one generated password for all)\n\
         \n试一试 try next:\n  \
         make demo                                   two real cases, from guide to licence and review\n  \
         curl '{base}/matters/v1/matters?q=老年人'    search the service guide\n  \
         citizen.chen 申请 · clerk.minzheng.1 受理 · approver.minzheng.1 审批\n\
         \nCtrl-C stops it; everything it knows is in {}.\n",
        data_dir.join("sample-accounts.json").display(),
        data_dir.display(),
    )
}
