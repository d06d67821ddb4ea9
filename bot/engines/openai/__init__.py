"""Engines behind OpenAI-compatible endpoints: chat completions, transcriptions, speech, and Realtime."""
