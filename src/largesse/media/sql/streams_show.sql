-- Shows a LIVE's streams to everybody, or to who has a signed address alone. stage, private
UPDATE media.stream SET private = %(private)s WHERE stage = %(stage)s AND private <> %(private)s
