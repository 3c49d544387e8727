"""Test messages to test people: planned, confirmed, sent, and what comes back of them.

They have tables of their own (decision 0060), so that nothing here touches what a campaign counts.
"""
