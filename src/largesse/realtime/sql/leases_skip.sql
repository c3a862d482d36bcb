-- Frees every room, and leaves a gap in its epochs, beyond any that were told after the moment of a backup. gap: epochs
UPDATE realtime.lease SET owner = '', heartbeat_at = '-infinity', epoch = epoch + %(gap)s
