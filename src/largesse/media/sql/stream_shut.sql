-- Lets nobody publish for a LIVE any more, guests neither; who does is told to stop. stage
UPDATE media.stream SET open = false WHERE stage = %(stage)s
