id	module_type	module_id	student_id	state	grade	created	modified	max_grade	done	course_id
33	sequential	block-v1:Acme+SAF101+2026_T1+type@sequential+block@ropes	41	{"position": 3}	NULL	2026-01-06 08:05:40	2026-01-06 08:15:00	NULL	na	course-v1:Acme+SAF101+2026_T1
34	problem	block-v1:Acme+SAF101+2026_T1+type@problem+block@knots	41	{"student_answers": {"a_2_1": "say \\"no\\""}}	2.5	2026-01-06 08:20:00	2026-01-09 10:00:00	3.0	na	course-v1:Acme+SAF101+2026_T1
