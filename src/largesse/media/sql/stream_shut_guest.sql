-- Lets a guest publish no more. stage, guest
UPDATE media.stream SET open = false WHERE stage = %(stage)s AND guest = %(guest)s
