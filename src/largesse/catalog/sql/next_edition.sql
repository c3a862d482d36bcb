-- Counts a change of the catalogue; its writers wait here for each other. No parameters.
UPDATE catalog.edition SET version = version + 1
