//! lossfs: a view of a directory that forgets, on command, all that was never synced. What a loss of power does to a disk,
//! done to one directory and without the wait.
//!
//!     lossfs BACKING_DIR MOUNT_DIR --control SOCKET [--ext4]
//!
//! BACKING_DIR holds what is durable at every moment; what was written but not synced is in memory alone. By default the
//! rule is the strict one of POSIX: a new name is durable once its directory was synced, and never before. `--ext4` lets a
//! sync of a new file persist its name too. Not modelled: `sync(2)` makes nothing durable, permissions and times are
//! durable at once, hard links become copies in BACKING_DIR, and there are no symbolic links.
//!
//! It prints "ready" when the mount can be used, needs /dev/fuse and the right to mount, and ends with the process that
//! started it, or on SIGTERM or SIGINT.

mod backing;
mod contents;
mod control;
mod fuse;
mod journal;
mod random;
mod tree;

use std::ffi::CString;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::{Arc, Mutex};
use std::{io, mem, ptr, thread};

use fuser::{Config, MountOption, Session};

use crate::backing::Backing;
use crate::control::Control;
use crate::fuse::{Disk, Face};

const USAGE: &str = "usage: lossfs BACKING_DIR MOUNT_DIR --control SOCKET [--ext4]";

struct Arguments {
    backing: PathBuf,
    mount: PathBuf,
    socket: PathBuf,
    sync_names: bool,
}

impl Arguments {
    fn parse(mut words: impl Iterator<Item = std::ffi::OsString>) -> Option<Self> {
        let (mut paths, mut socket, mut sync_names) = (Vec::new(), None, false);
        while let Some(word) = words.next() {
            match word.to_str() {
                Some("--control") => socket = Some(words.next()?.into()),
                Some("--ext4") => sync_names = true,
                _ => paths.push(PathBuf::from(word)),
            }
        }
        let [backing, mount] = <[PathBuf; 2]>::try_from(paths).ok()?;
        Some(Self { backing, mount, socket: socket?, sync_names })
    }
}

fn main() -> ExitCode {
    let Some(arguments) = Arguments::parse(std::env::args_os().skip(1)) else {
        eprintln!("{USAGE}");
        return ExitCode::from(2);
    };
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("lossfs: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> io::Result<()> {
    let signals = hold_back_signals();
    let backing = Backing::new(arguments.backing.clone());
    let disk = Arc::new(Mutex::new(Disk::new(backing.load(arguments.sync_names)?, backing)));
    let listener = UnixListener::bind(&arguments.socket)?;
    let mut config = Config::default();
    config.mount_options = vec![MountOption::FSName("lossfs".into()), MountOption::DefaultPermissions];
    let session = Session::new(Face(disk.clone()), &arguments.mount, &config)?.spawn()?;
    let control = Control::new(disk, session.notifier());
    thread::spawn(move || control.serve(&listener));
    println!("ready");
    wait_for(&signals);
    std::fs::remove_file(&arguments.socket)?;
    detach(&arguments.mount)
}

/// Blocks the signals that end this process, in every thread yet to start, and asks for one when its parent ends.
fn hold_back_signals() -> libc::sigset_t {
    // SAFETY: plain calls of the C library on a set that lives here; prctl takes no pointer for this request.
    unsafe {
        let mut signals = mem::zeroed();
        libc::sigemptyset(&mut signals);
        libc::sigaddset(&mut signals, libc::SIGTERM);
        libc::sigaddset(&mut signals, libc::SIGINT);
        libc::pthread_sigmask(libc::SIG_BLOCK, &signals, ptr::null_mut());
        libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGTERM);
        signals
    }
}

fn wait_for(signals: &libc::sigset_t) {
    let mut received = 0;
    // SAFETY: both point to values that outlive the call.
    unsafe { libc::sigwait(signals, &mut received) };
}

/// Unmounts even if a process still has a file open there: its calls fail from now on.
fn detach(mount: &Path) -> io::Result<()> {
    let mount = CString::new(mount.as_os_str().as_bytes())?;
    // SAFETY: `mount` is a string that ends in NUL and outlives the call.
    match unsafe { libc::umount2(mount.as_ptr(), libc::MNT_DETACH) } {
        0 => Ok(()),
        _ => Err(io::Error::last_os_error()),
    }
}

#[cfg(test)]
mod tests {
    use super::Arguments;

    fn parse(words: &[&str]) -> Option<Arguments> {
        Arguments::parse(words.iter().map(Into::into))
    }

    #[test]
    fn options_may_stand_anywhere() {
        let arguments = parse(&["--ext4", "a", "--control", "s", "b"]).unwrap();
        assert_eq!((arguments.backing, arguments.mount, arguments.socket), ("a".into(), "b".into(), "s".into()));
        assert!(arguments.sync_names);
        assert!(!parse(&["a", "b", "--control", "s"]).unwrap().sync_names);
    }

    #[test]
    fn what_is_missing_or_too_much_is_refused() {
        for words in
            [&["a", "b"][..], &["a", "--control", "s"], &["a", "b", "c", "--control", "s"], &["a", "b", "--control"]]
        {
            assert!(parse(words).is_none());
        }
    }
}
