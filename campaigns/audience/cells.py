"""Cells of the files we give away: text that a spreadsheet program must not run."""

# What Excel, LibreOffice and Google Sheets take for the beginning of a formula, and the control
# characters that hide one. https://owasp.org/www-community/attacks/CSV_Injection
_BEGINS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def safe_cell(value: str) -> str:
    """`value` as it may stand in an exported CSV or XLSX: an apostrophe goes before what begins like a formula.

    Phone numbers in E.164 begin with a plus and get one too. Spreadsheet programs take a leading
    apostrophe for "this is text"; our own import removes it again (`without_guard`).
    """
    return f"'{value}" if value.startswith(_BEGINS_A_FORMULA) else value


def without_guard(value: str) -> str:
    """The text that `safe_cell` made safe; any other text as it is."""
    return value[1:] if value[:1] == "'" and value[1:].startswith(_BEGINS_A_FORMULA) else value
