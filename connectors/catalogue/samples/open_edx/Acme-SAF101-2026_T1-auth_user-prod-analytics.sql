id	username	first_name	last_name	email	password	is_staff	is_active	is_superuser	last_login	date_joined	status
41	iferreira			ines.ferreira@corp.example	!	0	1	0	2026-03-01 08:00:00	2025-01-06 08:02:11	
77	janneke			janneke@corp.example	!	0	0	0	NULL	2026-02-28 12:00:00	
