-- What the persons' keys are bound to.
SELECT seal FROM accounts.personal_seal
