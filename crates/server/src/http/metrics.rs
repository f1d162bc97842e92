//! Counters for operators, in Prometheus' text format.

use std::fmt::Write;
use std::sync::Arc;

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use miso_engine::WorkerMetrics;

use super::App;

/// Everything that is counted.
pub(super) async fn text(State(app): State<Arc<App>>) -> Response {
    let mut text = String::with_capacity(16_384);
    app.counters().write(&mut text);
    write_workers(&mut text, &app.context.engine.metrics().await);
    let content_type = [(
        header::CONTENT_TYPE,
        "text/plain; version=0.0.4; charset=utf-8",
    )];
    (content_type, text).into_response()
}

/// A metric of workers: name, kind, explanation, and how to read it.
type Row = (
    &'static str,
    &'static str,
    &'static str,
    fn(&WorkerMetrics) -> f64,
);

const ROWS: &[Row] = &[
    (
        "udp_packets_received_total",
        "counter",
        "Datagrams received",
        |it| count(it.traffic.udp_packets_received),
    ),
    (
        "udp_bytes_received_total",
        "counter",
        "Bytes of datagrams received",
        |it| count(it.traffic.udp_bytes_received),
    ),
    (
        "udp_packets_sent_total",
        "counter",
        "Datagrams sent",
        |it| count(it.traffic.udp_packets_sent),
    ),
    (
        "udp_bytes_sent_total",
        "counter",
        "Bytes of datagrams sent",
        |it| count(it.traffic.udp_bytes_sent),
    ),
    (
        "udp_send_failed_total",
        "counter",
        "Datagrams that the kernel refused",
        |it| count(it.traffic.udp_send_failed),
    ),
    (
        "udp_send_blocked_total",
        "counter",
        "Datagrams lost to a full send buffer",
        |it| count(it.traffic.udp_send_blocked),
    ),
    (
        "udp_kernel_drops_total",
        "counter",
        "Datagrams that were not fetched in time",
        |it| count(it.traffic.udp_kernel_drops),
    ),
    (
        "tcp_frames_received_total",
        "counter",
        "Frames received over TCP",
        |it| count(it.traffic.tcp_frames_received),
    ),
    (
        "tcp_frames_sent_total",
        "counter",
        "Frames sent over TCP",
        |it| count(it.traffic.tcp_frames_sent),
    ),
    (
        "tcp_send_failed_total",
        "counter",
        "Frames lost on slow or broken TCP connections",
        |it| count(it.traffic.tcp_send_failed),
    ),
    (
        "tcp_refused_total",
        "counter",
        "TCP connections refused",
        |it| count(it.traffic.tcp_refused),
    ),
    ("tcp_connections", "gauge", "TCP connections open", |it| {
        count(it.traffic.tcp_connections)
    }),
    ("routers", "gauge", "Routers", |it| {
        count(it.objects.routers)
    }),
    ("transports", "gauge", "Transports", |it| {
        count(it.objects.transports)
    }),
    ("producers", "gauge", "Producers", |it| {
        count(it.objects.producers)
    }),
    ("consumers", "gauge", "Consumers", |it| {
        count(it.objects.consumers)
    }),
    ("data_producers", "gauge", "Data producers", |it| {
        count(it.objects.data_producers)
    }),
    ("data_consumers", "gauge", "Data consumers", |it| {
        count(it.objects.data_consumers)
    }),
    ("requests_total", "counter", "Requests carried out", |it| {
        count(it.requests)
    }),
    (
        "panics_total",
        "counter",
        "Times that the worker died by a bug",
        |it| count(it.panics),
    ),
    (
        "cpu_seconds_total",
        "counter",
        "Processor time of the thread",
        |it| it.cpu_time.as_secs_f64(),
    ),
];

/// Prometheus' numbers are floating point.
const fn count(value: u64) -> f64 {
    value as f64
}

fn write_workers(text: &mut String, workers: &[WorkerMetrics]) {
    for (name, kind, help, value) in ROWS {
        let _ = write!(
            text,
            "# HELP miso_worker_{name} {help}\n# TYPE miso_worker_{name} {kind}\n"
        );
        for worker in workers {
            let _ = writeln!(
                text,
                "miso_worker_{name}{{worker=\"{}\"}} {}",
                worker.index,
                value(worker)
            );
        }
    }
    let name = "miso_worker_drops_total";
    let _ = write!(
        text,
        "# HELP {name} What came and was not used\n# TYPE {name} counter\n"
    );
    for worker in workers {
        for (reason, number) in &worker.drops {
            let labels = format!("worker=\"{}\",reason=\"{reason}\"", worker.index);
            let _ = writeln!(text, "{name}{{{labels}}} {number}");
        }
    }
}
