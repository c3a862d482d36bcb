-- The number that counts every change of the catalogue; no parameters.
SELECT version FROM catalog.edition
