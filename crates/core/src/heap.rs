//! The C library's heap, as far as it can be told what to do with memory that was freed.

/// Gives back to the system what lies unused. Whoever has just freed tables of many sizes calls it: between what is still in use they leave
/// holes, which glibc keeps otherwise, each thread's apart from the others'.
pub fn give_back() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    {
        unsafe extern "C" {
            fn malloc_trim(pad: usize) -> std::ffi::c_int;
        }
        // SAFETY: it takes no pointer, locks each heap while it looks at it, and touches only memory that is free.
        unsafe { malloc_trim(0) };
    }
}
