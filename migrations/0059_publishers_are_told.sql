-- What the service last told a stream's publisher: encoders show little of it, so its creator reads it in the studio.
ALTER TABLE media.stream ADD COLUMN said text CHECK (char_length(said) <= 300);
