"""The ways in which callers reach the switchboard, one package each, and two small pages for machines.

``twilio`` is the telephone, ``terminal`` the simulator, ``reset_page`` the page behind a link. ``message_reports`` takes the
delivery reports of a gateway, and ``health`` answers a load balancer. None of them knows another.
"""
