-- How many reports somebody made in the last day. reporter
SELECT count(*) FROM stage.report_by WHERE reporter = %(reporter)s AND at > now() - interval '1 day'
