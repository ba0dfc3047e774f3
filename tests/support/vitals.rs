//! What a running process takes, as Linux counts it.

use std::fmt;
use std::fs;

/// A look at a process.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Vitals {
    /// Resident memory, in KiB.
    pub memory: u64,
    /// The most that it was so far.
    pub peak: u64,
    /// Open file descriptors: connections, mostly.
    pub descriptors: usize,
    pub threads: u64,
    /// Time on a processor so far, in hundredths of a second.
    pub ticks: u64,
}

impl Vitals {
    /// # Panics
    /// If there is no such process.
    #[track_caller]
    pub(crate) fn of(pid: u32) -> Vitals {
        let read = |file: &str| fs::read_to_string(format!("/proc/{pid}/{file}")).expect("the process runs");
        let status = read("status");
        let field = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name)).expect("Linux tells it");
            line.trim_end_matches("kB").trim().parse().expect("a number")
        };
        // The name of the program may hold anything; what follows it is numbers. utime and stime are the 14th and 15th.
        let stat = read("stat");
        let after_name = stat.rsplit_once(") ").expect("the name is in parentheses").1;
        let ticks = after_name.split(' ').skip(11).take(2).map(|ticks| ticks.parse::<u64>().expect("a number")).sum();
        // The list is for root alone, for the process forbids others to look into it; how long it is, everybody may know (Linux 6.2).
        let list = format!("/proc/{pid}/fd");
        let length = || fs::metadata(&list).ok().and_then(|list| usize::try_from(list.len()).ok());
        let descriptors = fs::read_dir(&list).map_or_else(|_| length(), |list| Some(list.count()));
        let descriptors = descriptors.filter(|&count| count > 0).expect("the process runs, on Linux 6.2 or newer");
        Vitals { memory: field("VmRSS:"), peak: field("VmHWM:"), descriptors, threads: field("Threads:"), ticks }
    }

    /// # Panics
    /// If this is more than the same state of the process was before, apart from what a few connections of a pool and
    /// the allocator's slack explain.
    #[track_caller]
    pub(crate) fn assert_flat_since(self, before: Vitals) {
        let flat = self.memory <= before.memory + SLACK_MEMORY
            && self.descriptors <= before.descriptors + SLACK_DESCRIPTORS
            && self.threads <= before.threads + SLACK_THREADS;
        assert!(flat, "it has grown from {before} to {self}");
    }
}

/// KiB. One leaked message of an answer is about 5 KiB with its request, so a leak a question shows in 300 questions.
const SLACK_MEMORY: u64 = 1_536;
/// The pool keeps the connections of answers that went out at once for the next ones: some more or some fewer of the 24 that
/// there can be. A connection that is leaked with a fault shows in a dozen faults.
const SLACK_DESCRIPTORS: usize = 12;
/// A name is looked up on a thread that ends by itself after some seconds.
const SLACK_THREADS: u64 = 1;

impl fmt::Display for Vitals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Vitals { memory, descriptors, threads, .. } = self;
        write!(f, "{:.1} MiB, {descriptors} descriptors, {threads} threads", *memory as f64 / 1024.0)
    }
}
