"""LINE as a page on this machine, to try the account out without having one."""
