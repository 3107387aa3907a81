"""What ends the report with one line and exit code 2."""


class ReportError(Exception):
    """Bad usage or bad input; the text is one line that says what to do."""
