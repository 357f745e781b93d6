"""Read a landed file in a process whose memory and CPU time are bounded."""
