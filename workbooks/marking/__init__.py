"""Mark a commune's own workbook with the issues of its report, and recognise marks made earlier."""
