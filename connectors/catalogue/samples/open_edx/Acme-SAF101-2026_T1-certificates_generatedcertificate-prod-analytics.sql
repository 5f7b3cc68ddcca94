id	user_id	download_url	grade	course_id	key	distinction	status	verify_uuid	download_uuid	name	created_date	modified_date	error_reason	mode
26	41		0.84	course-v1:Acme+SAF101+2026_T1	ab	0	downloadable	1f	2f	Inês Ferreira	2026-02-28 00:12:11	2026-02-28 00:12:13		verified
27	52		0.1	course-v1:Acme+SAF101+2026_T1		0	notpassing			Mila Novák	2026-02-28 00:12:11	2026-03-01 19:06:19		audit
28	60			course-v1:Acme+SAF101+2026_T1		0	generating			Bo Jansen	2026-03-01 00:12:11	2026-03-01 19:06:19		audit
