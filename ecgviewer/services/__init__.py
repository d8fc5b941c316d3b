"""Work that must not block the window: one door to other threads, and the services that use it."""
