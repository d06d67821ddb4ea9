"""The built-in Realtime hub: private broadcast channels that the official Supabase Realtime clients speak to."""
