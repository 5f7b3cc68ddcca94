-- Where did the rows go? Per tool: what was read, what landed, what facts count, and why the rest is in none
select
    tool,
    min(extracted_date) as since,
    max(extracted_date) as until,
    sum(rows_read) as "read",
    sum(rows_landed) as landed,
    sum(rows_rejected) as rejected,
    sum(rows_duplicate) as duplicate,
    sum(rows_erased) as erased,
    sum(rows_in_fact) as in_facts,
    sum(rows_redelivered + rows_corrected + rows_repeated) as told_again,
    sum(rows_conflicting + rows_voiding + rows_voided) as voided_or_in_conflict,
    sum(rows_of_part + rows_personal + rows_requirement + rows_without_time) as of_no_fact,
    sum(unexplained) as unexplained
from trust.reconciliation
group by tool
order by tool;
