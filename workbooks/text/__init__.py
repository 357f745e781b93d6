"""Match the words of a report: labels, headings, days, months and legacy encodings."""
