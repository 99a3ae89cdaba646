//! What Linux knows of a running process.

use std::fs;
use std::time::Duration;

/// Time on a CPU of all its threads, user and kernel, since it was started.
pub fn cpu(pid: u32) -> Duration {
    let threads = fs::read_dir(format!("/proc/{pid}/task")).expect("it runs");
    let nanos = |thread: fs::DirEntry| {
        // A thread that has just ended is no longer there.
        let text = fs::read_to_string(thread.path().join("schedstat")).ok()?;
        text.split(' ').next()?.parse::<u64>().ok()
    };
    Duration::from_nanos(threads.filter_map(|thread| nanos(thread.ok()?)).sum())
}

/// The most memory that was ever resident at once, in bytes, pages of the binary included.
pub fn peak_memory(pid: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).expect("it runs");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("a peak");
    let kilobytes: u64 = line.trim().trim_end_matches(" kB").parse().expect("a number");
    kilobytes * 1_024
}
