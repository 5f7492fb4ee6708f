"""The version of the program: the one place that says it to the program itself."""

VERSION = "0.1.0"
