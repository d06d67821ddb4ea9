"""Engines that need nothing but this machine: ears, mind, voice."""
