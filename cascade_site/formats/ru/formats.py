"""Russian dates: a day of a month in the genitive, "1 февраля", where Django writes "1 Февраль"."""

MONTH_DAY_FORMAT = "j E"
