"""The baseline of the bot: the same ears, mind and voice on pipecat, in an environment of its own."""
