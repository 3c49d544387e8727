"""Contact files, whatever program wrote them, as rows of text: recognised, checked against limits, streamed."""
