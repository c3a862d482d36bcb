-- Lets one announcement at a time judge the versions before it; readers go on. No parameters.
LOCK TABLE policy.version IN SHARE ROW EXCLUSIVE MODE
