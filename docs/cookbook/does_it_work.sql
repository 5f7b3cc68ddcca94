-- Does it work? What each registered programme did to its KPI, and what that is worth
select
    programme,
    verdict,
    conclusion,
    case when roi is not null then printf('%+.0f %% (%+.0f to %+.0f)', 100 * roi, 100 * roi_low, 100 * roi_high) end
        as "return on cost"
from metrics.effect_cards
order by case verdict when 'credible' then 1 when 'suggestive' then 2 when 'not credible' then 3 else 4 end, programme
limit 8;
