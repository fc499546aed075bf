"""All pages of the console, in the order in which addresses are looked up."""

from console import approvals, board, bulk, case, cases, figure_cases, figures, work

ROUTERS = (
    work.router,
    cases.router,
    case.router,
    board.router,
    approvals.router,
    bulk.router,
    figures.router,
    figure_cases.router,
)
