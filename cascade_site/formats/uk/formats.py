"""Ukrainian dates: "1 лютого 2026 р.", where Django writes "01 лютого"."""

DATE_FORMAT = "j E Y р."
DATETIME_FORMAT = "j E Y р. H:i"
MONTH_DAY_FORMAT = "j E"
