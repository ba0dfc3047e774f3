//! What differs between operating systems: signals, file permissions and identities. All other code is portable, so outside of tests this is the only file
//! with `cfg(unix)`.

pub(crate) use imp::{FileIdentity, HangupSignal, is_readable_by_all, stop_signal};

#[cfg(unix)]
mod imp {
    use std::fs::Metadata;
    use std::io;
    use std::os::unix::fs::MetadataExt;
    use std::path::Path;

    use tokio::signal::unix::{Signal, SignalKind, signal};

    /// Resolves at the first SIGINT or SIGTERM. Both are caught from the call on, not from the first poll on.
    ///
    /// # Errors
    ///
    /// When a signal handler cannot be registered.
    pub(crate) fn stop_signal() -> io::Result<impl Future<Output = ()>> {
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
