"""What a mail brings: the workbooks attached to it, who proved to have sent it, and whether a program did."""
