-- Adds what somebody says to a report; the first time stands. report: uuid; reporter; reason; text
INSERT INTO stage.report_by (report, reporter, reason, text) VALUES (%(report)s, %(reporter)s, %(reason)s, %(text)s)
ON CONFLICT (report, reporter) DO NOTHING
RETURNING at
