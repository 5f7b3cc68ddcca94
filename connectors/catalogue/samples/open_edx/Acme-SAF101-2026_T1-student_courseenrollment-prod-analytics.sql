id	user_id	course_id	created	is_active	mode
9001	41	course-v1:Acme+SAF101+2026_T1	2026-01-06 08:02:11	1	verified
9002	52	course-v1:Acme+SAF101+2026_T1	2026-01-07 09:00:00	0	audit
120	41	Acme/OLD1/2013	2013-09-01 10:00:00	1	honor
