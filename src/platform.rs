//! What differs between operating systems: signals, file permissions and identities, what a process takes. All other code is
//! portable, so outside of tests this is the only file with `cfg(unix)`.

use std::time::Duration;

pub(crate) use imp::{FileIdentity, HangupSignal, forbid_core_dumps, is_readable_by_all, process_usage, stop_signal};

/// What this process takes, as far as the system tells.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct ProcessUsage {
    /// Time on a processor so far.
    pub(crate) processor: Option<Duration>,
    /// Memory in use, in bytes.
    pub(crate) resident: Option<u64>,
    /// Address space in use, in bytes.
    pub(crate) virtual_memory: Option<u64>,
    /// Open file descriptors.
    pub(crate) descriptors: Option<u64>,
    /// The most file descriptors that may be open.
    pub(crate) descriptors_max: Option<u64>,
}

#[cfg(unix)]
mod imp {
    use std::fs::Metadata;
    use std::io;
    use std::os::unix::fs::MetadataExt;
    use std::path::Path;
    use std::time::Duration;

    use rustix::process::{Resource, getrlimit};
    use rustix::time::{ClockId, clock_gettime};
    use tokio::signal::unix::{Signal, SignalKind, signal};

    use super::ProcessUsage;

    /// Resolves at the first SIGINT or SIGTERM. Both are caught from the call on, not from the first poll on. SIGUSR1 and SIGUSR2, which
    /// would end the process and mean nothing to it, are ignored.
    ///
    /// # Errors
    ///
    /// When a signal handler cannot be registered.
    pub(crate) fn stop_signal() -> io::Result<impl Future<Output = ()>> {
        // The handler stays when nobody listens any more.
        let _ = (signal(SignalKind::user_defined1())?, signal(SignalKind::user_defined2())?);
        let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
        Ok(async move {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
        })
    }

    /// SIGHUP, the request to load the content again.
    pub(crate) struct HangupSignal(Signal);

    impl HangupSignal {
        /// Catches SIGHUP from now on: by default it ends the process.
        ///
        /// # Errors
        ///
        /// When the signal handler cannot be registered.
        pub(crate) fn new() -> io::Result<Self> {
            signal(SignalKind::hangup()).map(Self)
        }

        /// Waits for the next SIGHUP.
        pub(crate) async fn recv(&mut self) {
            // `None` means that no signal can come any more.
            if self.0.recv().await.is_none() {
                std::future::pending().await
            }
        }
    }

    /// Device, inode, and when the inode was changed (s, ns): they tell apart files of the same length and modification time.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub(crate) struct FileIdentity(u64, u64, i64, i64);

    impl FileIdentity {
        pub(crate) fn of(metadata: &Metadata) -> Self {
            Self(metadata.dev(), metadata.ino(), metadata.ctime(), metadata.ctime_nsec())
        }
    }

    /// Lets no memory of this process, which holds the token, get into a core file. On Linux nobody but root can look into it while it
    /// runs either (`/proc/PID/environ`, a debugger).
    ///
    /// # Errors
    ///
    /// When the system does not allow it.
    pub(crate) fn forbid_core_dumps() -> io::Result<()> {
        #[cfg(target_os = "linux")]
        rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable)?;
        if getrlimit(Resource::Core).maximum != Some(0) {
            let none = rustix::process::Rlimit { current: Some(0), maximum: Some(0) };
            rustix::process::setrlimit(Resource::Core, none)?;
        }
        Ok(())
    }

    /// What this process takes. Memory and descriptors are known on Linux alone.
    pub(crate) fn process_usage() -> ProcessUsage {
        let time = clock_gettime(ClockId::ProcessCPUTime);
        let (seconds, nanos) = (u64::try_from(time.tv_sec), u32::try_from(time.tv_nsec));
        // `statm` counts pages: of the address space, and of what is in memory (proc(5)).
        let statm = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
        let page = rustix::param::page_size() as u64;
        let mut bytes = statm.split(' ').map(|pages| Some(pages.parse::<u64>().ok()? * page));
        let (virtual_memory, resident) = (bytes.next().flatten(), bytes.next().flatten());
        // One of them is that of the list itself.
        let descriptors = std::fs::read_dir("/proc/self/fd").map(|list| list.count().saturating_sub(1) as u64);
        ProcessUsage {
            processor: seconds.ok().zip(nanos.ok()).map(|(seconds, nanos)| Duration::new(seconds, nanos)),
            resident,
            virtual_memory,
            descriptors: descriptors.ok(),
            descriptors_max: getrlimit(Resource::Nofile).current,
        }
    }

    /// Whether every user of this machine can read a file: the read bit of "others" is set.
    pub(crate) fn is_readable_by_all(file: &Path) -> bool {
        std::fs::metadata(file).is_ok_and(|metadata| metadata.is_file() && metadata.mode() & 0o004 != 0)
    }
}

#[cfg(not(unix))]
mod imp {
    use std::fs::Metadata;
    use std::io;
    use std::path::Path;

    /// Resolves at Ctrl-C.
    pub(crate) fn stop_signal() -> io::Result<impl Future<Output = ()>> {
        Ok(async {
            if let Err(error) = tokio::signal::ctrl_c().await {
                log::warn!("Ctrl-C cannot be caught: {error}");
                std::future::pending().await
            }
        })
    }

    /// There are no core files to forbid.
    pub(crate) fn forbid_core_dumps() -> io::Result<()> {
        Ok(())
    }

    /// Nothing is known of it.
    pub(crate) fn process_usage() -> super::ProcessUsage {
        super::ProcessUsage::default()
    }

    /// There is no SIGHUP: this one never comes.
    pub(crate) struct HangupSignal;

    impl HangupSignal {
        pub(crate) fn new() -> io::Result<Self> {
            Ok(Self)
        }

        pub(crate) async fn recv(&mut self) {
            std::future::pending().await
        }
    }

    /// Nothing but length and modification time tells files apart.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub(crate) struct FileIdentity;

    impl FileIdentity {
        pub(crate) fn of(_: &Metadata) -> Self {
            Self
        }
    }

    /// Permissions are access control lists, which are not read: no file counts as readable by all.
    pub(crate) fn is_readable_by_all(_: &Path) -> bool {
        false
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::{forbid_core_dumps, process_usage};

    #[test]
    fn no_core_file_is_written() {
        forbid_core_dumps().expect("it is allowed");
        forbid_core_dumps().expect("it is allowed twice");
        let limit = rustix::process::getrlimit(rustix::process::Resource::Core);
        assert_eq!((limit.current, limit.maximum), (Some(0), Some(0)));
        let dumpable = rustix::process::dumpable_behavior().expect("it is known");
        assert_eq!(dumpable, rustix::process::DumpableBehavior::NotDumpable);
    }

    #[test]
    fn what_a_process_takes_is_known() {
        let usage = process_usage();
        let (resident, all) = (usage.resident.expect("Linux tells it"), usage.virtual_memory.expect("Linux tells it"));
        assert!((1 << 20..all).contains(&resident), "{usage:?}");
        assert!(usage.processor.is_some_and(|time| !time.is_zero()), "{usage:?}");
        let _one_more = std::fs::File::open("/proc/self/statm").expect("it is there");
        assert!(process_usage().descriptors > Some(3) && usage.descriptors < usage.descriptors_max, "{usage:?}");
    }
}
