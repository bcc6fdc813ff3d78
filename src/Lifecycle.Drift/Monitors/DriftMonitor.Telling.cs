using Microsoft.Extensions.Logging;

namespace Lifecycle.Drift;

public partial class DriftMonitor
{
    private void Tell(UnsavedWindow window, IReadOnlyList<DriftAlert> changes)
    {
        window.IsTold = true;
        ShowAlerts();
        _handlers.Tell(Checked, window.Report);
        foreach (DriftAlert change in changes)
        {
            _handlers.Tell(Alerts.HandlersOf(change), change);
        }
    }

    private void ShowAlerts()
    {
        IReadOnlyList<DriftAlert> active = _machine.Active;
        DriftTelemetry.AlertsChanged(active.Count - Alerts.Active.Count, Model, Version);
        Alerts.Update(active);
    }

    internal static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "The drift monitor '{Monitor}' could not check a window.")]
        public static partial void CheckFailed(ILogger logger, string monitor, Exception error);

        [LoggerMessage(2, LogLevel.Warning, "The drift monitor '{Monitor}' could not reach its store; {Waiting} windows are kept in memory and saved later. This is not logged again until it works.")]
        public static partial void SaveFailed(ILogger logger, string monitor, int waiting, Exception error);

        [LoggerMessage(3, LogLevel.Error, "The drift monitor '{Monitor}' was disposed with {Lost} windows that could not be saved.")]
        public static partial void WindowsLost(ILogger logger, string monitor, int lost);

        [LoggerMessage(4, LogLevel.Error, "A handler of the drift monitor '{Monitor}' failed.")]
        public static partial void HandlerFailed(ILogger logger, string monitor, Exception error);

        [LoggerMessage(5, LogLevel.Warning, "The getter of column '{Column}' of the drift monitor '{Monitor}' threw; such values count as unreadable and are not logged again.")]
        public static partial void GetterFailed(ILogger logger, string monitor, string column, Exception error);

        [LoggerMessage(7, LogLevel.Error, "The drift monitor '{Monitor}' drops {Lost} windows that could not be saved: 1,000 wait.")]
        public static partial void WindowsForgotten(ILogger logger, string monitor, int lost);

        [LoggerMessage(8, LogLevel.Error, "The drift monitor '{Monitor}' was disposed and could not save its open window; up to {Rows} rows are lost.")]
        public static partial void OpenLost(ILogger logger, string monitor, long rows);
    }
}
