//! The control socket: one command a line, one line of JSON in answer.

use std::io::{self, BufRead, BufReader, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::str::FromStr;
use std::sync::{Arc, Mutex};

use fuser::{INodeNo, Notifier};

use crate::fuse::Disk;

#[derive(Debug, PartialEq)]
enum Command {
    Crash { seed: Option<u64> },
    Stats,
    FailSync { count: u64 },
    Full(bool),
}

impl FromStr for Command {
    type Err = String;

    fn from_str(line: &str) -> Result<Self, String> {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words[..] {
            ["crash"] => Ok(Command::Crash { seed: None }),
            ["crash", seed] => Ok(Command::Crash { seed: Some(number(seed)?) }),
            ["stats"] => Ok(Command::Stats),
            ["fail-sync", count] => match number(count)? {
                0 => Err("fail-sync counts from 1, the next sync".into()),
                count => Ok(Command::FailSync { count }),
            },
            ["full", "on"] => Ok(Command::Full(true)),
            ["full", "off"] => Ok(Command::Full(false)),
            _ => Err("one of: crash [SEED], stats, fail-sync N, full on, full off".into()),
        }
    }
}

fn number(word: &str) -> Result<u64, String> {
    word.parse().map_err(|_| format!("{word:?} is not a number from 0 to {}", u64::MAX))
}

pub struct Control {
    disk: Arc<Mutex<Disk>>,
    notifier: Notifier,
}

impl Control {
    pub fn new(disk: Arc<Mutex<Disk>>, notifier: Notifier) -> Self {
        Self { disk, notifier }
    }

    /// Serves one connection after the other, for good.
    pub fn serve(&self, listener: &UnixListener) {
        for stream in listener.incoming() {
            if let Err(error) = stream.and_then(|stream| self.converse(&stream)) {
                eprintln!("lossfs: control connection: {error}");
            }
        }
    }

    fn converse(&self, mut stream: &UnixStream) -> io::Result<()> {
        for line in BufReader::new(stream).lines() {
            let answer = match line?.parse() {
                Ok(command) => self.obey(command)?,
                Err(reason) => format!("{{\"error\": {reason:?}}}"),
            };
            writeln!(stream, "{answer}")?;
        }
        Ok(())
    }

    fn obey(&self, command: Command) -> io::Result<String> {
        match command {
            Command::Crash { seed } => self.crash(seed),
            Command::Stats => Ok(self.stats()),
            Command::FailSync { count } => Ok(self.set(|disk| disk.tree().fail_sync(count))),
            Command::Full(full) => Ok(self.set(|disk| disk.tree().set_full(full))),
        }
    }

    fn set(&self, change: impl FnOnce(&mut Disk)) -> String {
        change(&mut self.disk.lock().expect("no thread panics while it holds the disk"));
        "{}".into()
    }

    fn crash(&self, seed: Option<u64>) -> io::Result<String> {
        let crash = self.disk.lock().expect("no thread panics while it holds the disk").crash(seed);
        // The lock is free by now: to forget a page that a process has mapped and changed, the kernel first writes it here.
        for &ino in &crash.stale {
            self.notifier.inval_inode(INodeNo(ino), 0, 0)?;
        }
        Ok(format!(
            "{{\"files_dropped\": {}, \"files_kept\": {}, \"files_torn\": {}, \"entries_dropped\": {}, \"entries_kept\": {}}}",
            crash.files_dropped, crash.files_kept, crash.files_torn, crash.entries_dropped, crash.entries_kept
        ))
    }

    fn stats(&self) -> String {
        let (counts, bytes, entries) = self.disk.lock().expect("no thread panics while it holds the disk").counts();
        format!(
            "{{\"writes\": {}, \"written_bytes\": {}, \"file_syncs\": {}, \"directory_syncs\": {}, \"failed_syncs\": {}, \
             \"crashes\": {}, \"pending_bytes\": {bytes}, \"pending_entries\": {entries}}}",
            counts.writes,
            counts.written_bytes,
            counts.file_syncs,
            counts.directory_syncs,
            counts.failed_syncs,
            counts.crashes
        )
    }
}

#[cfg(test)]
mod tests {
    use super::Command;

    #[test]
    fn commands_are_understood() {
        for (line, command) in [
            ("crash", Command::Crash { seed: None }),
            ("crash 7", Command::Crash { seed: Some(7) }),
            ("stats", Command::Stats),
            ("fail-sync 3", Command::FailSync { count: 3 }),
            ("full on", Command::Full(true)),
            ("full off", Command::Full(false)),
        ] {
            assert_eq!(line.parse(), Ok(command));
        }
    }

    #[test]
    fn anything_else_is_refused_with_a_reason() {
        for line in ["", "crash x", "crash -1", "fail-sync", "fail-sync 0", "full", "full maybe", "stats now"] {
            assert!(!line.parse::<Command>().unwrap_err().is_empty());
        }
    }
}
