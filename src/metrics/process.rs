//! What the process takes, by the names that Prometheus recommends for it.

use std::fmt;

use prometheus_client::collector::Collector;
use prometheus_client::encoding::DescriptorEncoder;
use prometheus_client::encoding::EncodeMetric as _;
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;
use prometheus_client::registry::Unit;

use crate::clock::unix_time;
use crate::platform::process_usage;

/// Asks the system at each scrape. What a system does not tell is left out.
#[derive(Debug)]
pub(super) struct ProcessCollector {
    /// Unix time in seconds.
    started: f64,
}

impl ProcessCollector {
    /// Of a process that has just started.
    pub(super) fn new() -> Self {
        Self { started: unix_time().as_secs_f64() }
    }
}

impl Collector for ProcessCollector {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let usage = process_usage();
        if let Some(processor) = usage.processor {
            let help = "Time on a processor.";
            let seconds = encoder.encode_descriptor("process_cpu", help, Some(&Unit::Seconds), MetricType::Counter)?;
            ConstCounter::new(processor.as_secs_f64()).encode(seconds)?;
        }
        let mut gauge = |name, help, unit: Option<&Unit>, value: f64| {
            let descriptor = encoder.encode_descriptor(name, help, unit, MetricType::Gauge)?;
            ConstGauge::new(value).encode(descriptor)
        };
        let started = "Start of the process, as Unix time.";
        gauge("process_start_time", started, Some(&Unit::Seconds), self.started)?;
        for (name, help, unit, value) in [
            ("process_resident_memory", "Memory in use.", Some(&Unit::Bytes), usage.resident),
            ("process_virtual_memory", "Address space in use.", Some(&Unit::Bytes), usage.virtual_memory),
            ("process_open_fds", "Open file descriptors.", None, usage.descriptors),
            ("process_max_fds", "The most file descriptors that may be open.", None, usage.descriptors_max),
        ] {
            if let Some(value) = value {
                gauge(name, help, unit, value as f64)?;
            }
        }
        Ok(())
    }
}
